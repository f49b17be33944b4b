// Every open offer as a table: Excel or Power BI, "Get data", "Blank query", "Advanced editor".
// Portal is the address of the portal. Choose "Anonymous" where you are asked how to connect.
let
    Portal = "http://127.0.0.1:8000",
    Columns = {"id", "title", "country", "agency", "areas", "modalities", "closes_on", "is_confirmed", "provenance"},
    FirstPage = Web.Contents(Portal, [
        RelativePath = "api/v1/offers",
        Query = [is_open = "true", page_size = "100"]
    ]),
    // The answer names the next page by its whole address; the cursor in it is what changes.
    CursorOf = (address as nullable text) as nullable text =>
        if address = null then null else Uri.Parts(address)[Query][cursor],
    NextPage = (cursor as text) => Web.Contents(Portal, [
        RelativePath = "api/v1/offers",
        Query = [is_open = "true", page_size = "100", cursor = cursor]
    ]),
    Pages = List.Generate(
        () => Json.Document(FirstPage),
        (page) => page <> null,
        (page) => let cursor = CursorOf(page[next]) in if cursor = null then null else Json.Document(NextPage(cursor)),
        (page) => page[results]
    ),
    Rows = List.Combine(Pages),
    Offers = Table.FromRecords(Rows, Columns, MissingField.UseNull),
    Joined = Table.TransformColumns(Offers, {
        {"areas", each Text.Combine(_, ";"), type text},
        {"modalities", each Text.Combine(_, ";"), type text}
    })
in
    Joined
