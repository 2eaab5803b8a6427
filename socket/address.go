package socket

import (
	"net"
	"strconv"

	"github.com/edo-go/edo/internal/driver"
)

// resolve returns the numeric form of an address to listen at: localhost is one of this
// machine. The path of a Unix socket stays as it is.
func resolve(network, address string) (string, error) {
	if driver.IsUnix(network) {
		return address, nil
	}
	host, port, err := split(network, address)
	if err != nil {
		return "", err
	}
	if host == "localhost" {
		host = loopback(network)[0]
	}
	return net.JoinHostPort(host, port), nil
}

// split splits HOST:PORT and makes the port a number. It may read a local file
// that names services; it never asks a name server.
func split(network, address string) (host, port string, err error) {
	if host, port, err = net.SplitHostPort(address); err != nil {
		return "", "", err
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil && port != "" {
		n, err := net.LookupPort(network, port)
		if err != nil {
			return "", "", err
		}
		port = strconv.Itoa(n)
	}
	return host, port, nil
}

// loopback returns the addresses of localhost: always those of this machine, whatever its
// files or name servers say.
func loopback(network string) []string {
	switch network {
	case "tcp4", "udp4":
		return []string{"127.0.0.1"}
	case "tcp6", "udp6":
		return []string{"::1"}
	}
	return []string{"127.0.0.1", "::1"}
}
