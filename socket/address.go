package socket

import (
	"net"
	"strconv"
)

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
	case "tcp4":
		return []string{"127.0.0.1"}
	case "tcp6":
		return []string{"::1"}
	}
	return []string{"127.0.0.1", "::1"}
}
