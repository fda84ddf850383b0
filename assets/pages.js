// Makes the pages nicer; each of them works without.
import { initAll } from "./govuk-frontend.min.js";
import "./autosave.js";
import "./bench.js";
import "./board.js";
import "./counting.js";
import "./lists.js";
import "./loading.js";
import "./review.js";
import "./times.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();
