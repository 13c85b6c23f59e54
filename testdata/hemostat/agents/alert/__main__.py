from agents.bus import listen


def main() -> None:
    for event in listen("repair"):
        print(event, flush=True)


main()
