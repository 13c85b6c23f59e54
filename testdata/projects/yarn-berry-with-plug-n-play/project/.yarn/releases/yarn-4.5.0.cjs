// stands for the release
