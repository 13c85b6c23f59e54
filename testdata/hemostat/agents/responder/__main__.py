from agents.bus import listen, publish


def main() -> None:
    for event in listen("diagnosis"):
        publish("repair", {**event, "action": "restart"})


main()
