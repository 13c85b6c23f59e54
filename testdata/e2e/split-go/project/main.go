package main

import (
	"crypto/x509"
	_ "embed"
	"fmt"
	"html/template"
	"net"
	"os"
	"time"

	"example.com/bravo"
)

//go:embed banner.txt
var banner string

// Tells what it finds in the image: a file, the time zones, certificates, and the network's names.
func main() {
	page, err := template.ParseFiles("templates/index.html")
	check(err)
	check(page.Execute(os.Stdout, banner+bravo.Name))
	place, err := time.LoadLocation("Europe/Berlin")
	check(err)
	fmt.Println(time.Unix(0, 0).In(place))
	_, err = os.Stat("/etc/ssl/certs/ca-certificates.crt")
	check(err)
	_, err = x509.SystemCertPool()
	check(err)
	addresses, err := net.LookupHost("localhost")
	check(err)
	fmt.Println(len(addresses) > 0)
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
