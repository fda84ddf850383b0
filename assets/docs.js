// Draws the documentation page (app/core/http/docs.html) with Swagger UI.
// It stands in a file of its own because the page's Content-Security-Policy admits no inline script.
"use strict";

const place = document.getElementById("operations");

SwaggerUIBundle({
  domNode: place,
  url: place.dataset.openapi,
  deepLinking: true, // each operation has an address of its own, behind the "#"
  displayRequestDuration: true,
  docExpansion: "none", // so many operations at once are not always drawn to the end
  defaultModelsExpandDepth: 0,
  filter: true,
  persistAuthorization: false, // a token is forgotten when the page is left
  queryConfigEnabled: false, // no link can point this page at another description
  validatorUrl: null, // would ask a server outside
});
