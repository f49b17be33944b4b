"""Countries that tests name: ISO3 to ISO2, M49 and UN short name."""

COUNTRIES: dict[str, tuple[str, str, str]] = {
    "BGD": ("BD", "050", "Bangladesh"),
    "BTN": ("BT", "064", "Bhutan"),
    "CHN": ("CN", "156", "China"),
    "FJI": ("FJ", "242", "Fiji"),
    "IDN": ("ID", "360", "Indonesia"),
    "IND": ("IN", "356", "India"),
    "IRN": ("IR", "364", "Iran (Islamic Republic of)"),
    "JPN": ("JP", "392", "Japan"),
    "KHM": ("KH", "116", "Cambodia"),
    "LAO": ("LA", "418", "Lao People's Democratic Republic"),
    "MDV": ("MV", "462", "Maldives"),
    "MMR": ("MM", "104", "Myanmar"),
    "NPL": ("NP", "524", "Nepal"),
    "PNG": ("PG", "598", "Papua New Guinea"),
    "THA": ("TH", "764", "Thailand"),
    "TLS": ("TL", "626", "Timor-Leste"),
    "TUR": ("TR", "792", "Türkiye"),
    "VNM": ("VN", "704", "Viet Nam"),
}
