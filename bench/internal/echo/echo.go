package echo

import (
	"crypto/tls"
	"fmt"
)

// buffer is the largest number of bytes in a read.
const buffer = 4096

// A Config says how a server runs.
type Config struct {
	Workers       int  // or event loops
	CurrentThread bool // edo with one worker only
	Ready         func(address string)

	// Certificate and Key of a server with TLS, as PEM.
	Certificate, Key string
}

// tls returns the configuration of a server with TLS.
func (c Config) tls() (*tls.Config, error) {
	pair, err := tls.X509KeyPair([]byte(c.Certificate), []byte(c.Key))
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{pair}}, nil
}

// A server serves until the process ends.
type server func(Config) error

// Serve runs the server of that name, which calls Ready with its address.
func Serve(name string, c Config) error {
	if serve := servers[name]; serve != nil {
		return serve(c)
	}
	return fmt.Errorf("there is no echo server %q on this system", name)
}

// servers holds the servers that run on every system. Others add themselves.
var servers = map[string]server{
	"net":        serveNet,
	"edo-future": serveFuture,
	"edo-direct": serveDirect,

	"ws-edo-future": serveWebFuture,
	"ws-edo-direct": serveWebDirect,
	"ws-gorilla":    serveGorilla,
	"ws-coder":      serveCoder,
	"ws-gobwas":     serveGobwas,
	"ws-nbio":       serveNbio,

	"tls-net":        serveTLS,
	"tls-edo-future": serveTLSFuture,
	"tls-edo-direct": serveTLSDirect,
}
