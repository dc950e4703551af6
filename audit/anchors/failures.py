"""What a place outside can answer instead of taking a head."""


class Failed(Exception):
    """Raised when a place did not take a head; its sentence says why. Later is another attempt."""


class Later(Failed):
    """Raised when a witness has a later head of this record already."""


class Contradicted(Failed):
    """Raised when a place knows another record than this one, or forgot what it had."""
