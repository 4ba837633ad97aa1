"""The errors a user can cause. Each message is one sentence: what was wrong, and what to do."""


class CatDogError(Exception):
    """Anything a user can cause; pages show its message in a box, the command line on one line."""


class UsageError(CatDogError):
    """A value was given that is not allowed; the command line ends with status 2."""


class DataError(CatDogError):
    """A photo set is missing, damaged or laid out in a way that can't be used."""


class ImageError(CatDogError):
    """One picture can't be read."""


class WeightsError(CatDogError):
    """MobileNetV2's weights can't be had."""


class RunError(CatDogError):
    """A training run can't be found, changed or used."""


class AccessError(CatDogError):
    """Somebody may not do this here: not signed in, not a member, or over a limit."""
