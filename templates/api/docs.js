{# The script of the API's documentation. Nothing is sent but GET: no token of a form, so no cookie for readers. #}
"use strict";

const ui = SwaggerUIBundle({
  url: "{{ schema_url|escapejs }}",
  dom_id: "#swagger-ui",
  presets: [SwaggerUIBundle.presets.apis],
  layout: "BaseLayout",
  ...{{ settings|safe }},
});
