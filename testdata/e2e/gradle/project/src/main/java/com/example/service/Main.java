package com.example.service;

import com.example.bravo.Bravo;

public class Main {
    public static void main(String[] arguments) {
        System.out.println(Bravo.name());
    }
}
