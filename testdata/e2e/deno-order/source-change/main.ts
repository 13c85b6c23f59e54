import bravo from "bravo";

console.log("changed", bravo);
