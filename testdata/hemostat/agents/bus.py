"""The event bus: one Redis channel per kind of event."""

import json
import os

import redis


def connect() -> redis.Redis:
    return redis.Redis(host=os.environ.get("REDIS_HOST", "redis"))


def ping() -> None:
    connect().ping()


def publish(channel: str, event: dict) -> None:
    connect().publish(channel, json.dumps(event))


def listen(channel: str):
    subscription = connect().pubsub()
    subscription.subscribe(channel)
    for message in subscription.listen():
        if message["type"] == "message":
            yield json.loads(message["data"])
