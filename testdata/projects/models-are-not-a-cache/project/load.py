print("loads a model into ~/.cache/huggingface")
