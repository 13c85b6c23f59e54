declare function require(name: string): (milliseconds: number) => string;

const ms = require("ms");
const greeting: string = "Hello";
console.log(`${greeting}, it took ${ms(90000)}`);
