"""The types of XLSForm: what is asked here, what is left out with a notice, and what a form is refused for."""

from surveys.choices import QuestionKind

KINDS = {
    "select one": QuestionKind.SINGLE,
    "select all that apply": QuestionKind.MULTIPLE,
    "acknowledge": QuestionKind.SINGLE,
    "trigger": QuestionKind.SINGLE,
    "integer": QuestionKind.WHOLE,
    "int": QuestionKind.WHOLE,
    "range": QuestionKind.NUMBER,
    "decimal": QuestionKind.NUMBER,
    "date": QuestionKind.DATE,
    "text": QuestionKind.TEXT,
    "string": QuestionKind.TEXT,
    "email": QuestionKind.TEXT,
    "phone number": QuestionKind.TEXT,
    "time": QuestionKind.TEXT,
    "dateTime": QuestionKind.TEXT,
    "datetime": QuestionKind.TEXT,
    "date time": QuestionKind.TEXT,
}
PICTURES_AND_PLACES = frozenset({
    "geopoint", "geotrace", "geoshape", "location", "gps", "osm", "start-geopoint", "background-geopoint",
    "photo", "image", "audio", "background-audio", "video", "file", "barcode",
})  # fmt: skip
METADATA = frozenset({
    "start", "end", "today", "deviceid", "device id", "username", "phonenumber", "simserial", "sim id", "subscriberid",
    "subscriber id", "email", "audit", "imei", "uuid", "start time", "end time", "get today", "get start time",
    "get end time", "get device id", "get phone number", "get sim id", "get subscriber id", "csv-external",
    "xml-external", "uri:deviceid", "uri:email", "uri:phonenumber", "uri:simserial", "uri:subscriberid", "uri:username",
})  # fmt: skip
NOT_ANSWERED = frozenset({"note", "hidden"})
CALCULATED = "calculate"
# As they are asked here: as text, whose form is checked.
CONSTRAINTS = {
    "time": "regex(., '([01]?[0-9]|2[0-3]):[0-5][0-9].*')",
    "dateTime": "regex(., '[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([01]?[0-9]|2[0-3]):[0-5][0-9].*')",
}
CONSTRAINTS["datetime"] = CONSTRAINTS["date time"] = CONSTRAINTS["dateTime"]
ACKNOWLEDGED = {"name": "OK", "label": "OK"}
RANGE = {"start": "0", "end": "10", "step": "1"}
