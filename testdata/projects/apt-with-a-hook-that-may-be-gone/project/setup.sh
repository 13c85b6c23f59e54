rm -f /etc/apt/apt.conf.d/docker-clean
