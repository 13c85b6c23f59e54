from prometheus_client import Counter, start_http_server

from agents.bus import listen

REPAIRS = Counter("hemostat_repairs_total", "Repairs made")


def main() -> None:
    start_http_server(9090)
    for _ in listen("repair"):
        REPAIRS.inc()


main()
