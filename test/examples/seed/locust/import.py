"""What the visitors of basic.py open."""

PAGES = ["/", "/catalogue", "/basket"]
