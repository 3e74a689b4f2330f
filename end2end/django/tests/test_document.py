"""Whether what the program serves as the description of its API is a valid one."""

from django.test import SimpleTestCase
from openapi_spec_validator import OpenAPIV31SpecValidator

from .latchkey import Latchkey


def faults(document):
    """What somebody else's reader of OpenAPI 3.1 finds wrong."""
    return [error.message for error in OpenAPIV31SpecValidator(document).iter_errors()]


class Document(SimpleTestCase):
    def test_it_is_a_valid_openapi_document(self):
        latchkey = Latchkey()
        self.addCleanup(latchkey.close)
        latchkey.start()
        document = latchkey.get("/api/openapi.json")
        self.assertEqual(faults(document), [])
        # It would have been noticed.
        del document["info"]["version"]
        self.assertIn("'version' is a required property", faults(document))
