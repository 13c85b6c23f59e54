require("bravo");
