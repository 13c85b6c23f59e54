import time

from agents.bus import publish


def main() -> None:
    while True:
        publish("unhealthy", {"container": "example"})
        time.sleep(30)


main()
