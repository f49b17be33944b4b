# Every open offer as a data frame, written to offers.csv: R with the package jsonlite.
# PORTAL is the address of the portal; SSC_KEY a key, where you have one.
library(jsonlite)

portal <- Sys.getenv("PORTAL", "http://127.0.0.1:8000")
key <- Sys.getenv("SSC_KEY")
columns <- c("id", "title", "country", "agency", "closes_on", "is_confirmed", "provenance")

read_page <- function(address) {
  headers <- c(Accept = "application/json")
  if (nzchar(key)) headers["Authorization"] <- paste("Bearer", key)
  connection <- url(address, headers = headers)
  on.exit(close(connection))
  fromJSON(paste(readLines(connection, encoding = "UTF-8", warn = FALSE), collapse = "\n"))
}

read_rows <- function(name, query) {
  page <- paste0(portal, "/api/v1/", name, "?", query, "&page_size=100")
  pages <- list()
  while (!is.null(page)) {
    answer <- read_page(page)
    if (length(answer$results) > 0) pages[[length(pages) + 1]] <- answer$results[columns]
    page <- answer$`next`
  }
  do.call(rbind, pages)
}

offers <- read_rows("offers", "is_open=true")
write.csv(offers, "offers.csv", row.names = FALSE, na = "", fileEncoding = "UTF-8")
cat(nrow(offers), "offers\n")
