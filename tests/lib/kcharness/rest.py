"""The worker's REST API as the tests call it."""

import requests

from .waiting import wait_for


class Rest:
    """Calls of one worker. Methods return requests' responses; those named after a thing return its JSON."""

    def __init__(self, url):
        self.url = url
        self.session = requests.Session()
        self.session.headers["Connection"] = "close"  # workers come and go in these tests

    def call(self, method, path, json=None, **options):
        options.setdefault("timeout", 300)
        return self.session.request(method, self.url + path, json=json, **options)

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def post(self, path, json=None, **options):
        return self.call("POST", path, json, **options)

    def put(self, path, json=None, **options):
        return self.call("PUT", path, json, **options)

    def delete(self, path, **options):
        return self.call("DELETE", path, **options)

    def create(self, name, config, initial_state=None):
        body = {"name": name, "config": config}
        if initial_state is not None:
            body["initial_state"] = initial_state
        return self.post("/connectors", body)

    def deploy(self, name):
        return self.post(f"/connectors/{name}/deploy")

    def status(self, name):
        """The status document, or None while there is none."""
        answer = self.get(f"/connectors/{name}/status")
        return answer.json() if answer.status_code == 200 else None

    def task(self, name):
        """The first element of the status's tasks, or {}."""
        tasks = (self.status(name) or {}).get("tasks") or [{}]
        return tasks[0]

    def wait_for_state(self, name, state, limit_s=40):
        """Waits until connector and task have the state (STOPPED: the connector has it, and no tasks)."""
        seen = {}

        def reached():
            seen["status"] = self.status(name)
            if seen["status"] is None:
                return False
            tasks = [task["state"] for task in seen["status"]["tasks"]]
            if state == "STOPPED":
                return seen["status"]["connector"]["state"] == state and tasks == []
            if state == "FAILED":
                return tasks == [state]
            return seen["status"]["connector"]["state"] == state and tasks == [state]

        wait_for(reached, limit_s, f"connector {name} to be {state}", detail=lambda: seen.get("status"))
        return seen["status"]

    def messages(self, name, **query):
        """The message query's answer."""
        return self.get(f"/connectors/{name}/messages", params=query)


def error_of(answer, status):
    """Asserts that the answer is an error of this HTTP status in the contract's form; returns its message."""
    assert answer.status_code == status, f"{answer.status_code} instead of {status}: {answer.text[:500]}"
    assert answer.headers["Content-Type"].startswith("application/json")
    body = answer.json()
    assert set(body) == {"error_code", "message"}
    assert body["error_code"] == status
    assert body["message"]
    return body["message"]
