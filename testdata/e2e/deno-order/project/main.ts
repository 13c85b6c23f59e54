import bravo from "bravo";

console.log(bravo);
