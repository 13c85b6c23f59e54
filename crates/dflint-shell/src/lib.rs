//! RUN and CMD scripts as commands, words and operators with spans in the Dockerfile.
