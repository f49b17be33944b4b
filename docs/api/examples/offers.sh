#!/bin/sh
# Every open offer, one page of JSON a line: curl alone, nothing to install.
# PORTAL is the address of the portal; SSC_KEY a key, where you have one.
set -eu
PORTAL=${PORTAL:-http://127.0.0.1:8000}
QUERY=${QUERY:-is_open=true}

get() {
  if [ -n "${SSC_KEY:-}" ]; then
    curl --fail --silent --show-error --compressed --header "Authorization: Bearer $SSC_KEY" "$1"
  else
    curl --fail --silent --show-error --compressed "$1"
  fi
}

page="$PORTAL/api/v1/offers?$QUERY&page_size=100"
while [ -n "$page" ]; do
  answer=$(get "$page")
  printf '%s\n' "$answer"
  # Empty on the last page, where "next" is null.
  page=$(printf '%s' "$answer" | sed -n 's/^{"next":"\([^"]*\)".*/\1/p')
done
