"""GET /metrics, read with Prometheus's own parser."""

from prometheus_client.parser import text_string_to_metric_families

MEDIA = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """One scrape of one worker."""

    def __init__(self, text):
        self.text = text
        self.families = {}
        self.samples = []
        for family in text_string_to_metric_families(text):
            assert family.name not in self.families, f"the family {family.name} comes twice"
            self.families[family.name] = family
            self.samples += family.samples

    def all(self, name, **labels):
        """Samples of this name (of a histogram with _bucket, _sum or _count) that have these labels."""
        return [s for s in self.samples if s.name == name and labels.items() <= s.labels.items()]

    def get(self, name, **labels):
        """The value of the one such sample; None when there is none."""
        found = self.all(name, **labels)
        assert len(found) < 2, f"{name} {labels} is not one sample but {found}"
        return found[0].value if found else None

    def state(self, family, **labels):
        """The state for which the family says 1."""
        found = [s.labels["state"] for s in self.all(family, **labels) if s.value == 1]
        assert len(found) < 2, f"{family} {labels} says {found}"
        return found[0] if found else None

    def of_connector(self, name):
        return [s for s in self.samples if s.labels.get("connector") == name]


def scrape(worker):
    answer = worker.rest.get("/metrics")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == MEDIA
    return Metrics(answer.text)
