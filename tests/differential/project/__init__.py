"""A Django REST framework project with the views of examples/reference: the judge of the differential test."""
