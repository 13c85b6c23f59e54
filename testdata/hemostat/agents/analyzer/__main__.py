from agents.bus import listen, publish


def main() -> None:
    for event in listen("unhealthy"):
        publish("diagnosis", {**event, "cause": "unknown"})


main()
