<?php
// changed
require "vendor/autoload.php";
