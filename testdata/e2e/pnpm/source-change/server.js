console.log(require("bravo"));
