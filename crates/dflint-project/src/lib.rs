//! Where Dockerfiles, their configuration and their build contexts are found on disk.
