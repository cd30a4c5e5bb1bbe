import importlib

from locust import HttpUser, between, task

pages = importlib.import_module("import").PAGES


class Visitor(HttpUser):
    """Opens the pages of the shop, one after another."""

    wait_time = between(1, 2)

    @task
    def browse(self):
        for page in pages:
            self.client.get(page)
