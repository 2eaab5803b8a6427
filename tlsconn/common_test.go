package tlsconn_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/tlsconn"
)

// identity is a certificate for localhost, and what a client needs to believe it.
type identity struct {
	cert tls.Certificate
	pool *x509.CertPool
}

func newIdentity(name string) identity {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: name},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	parsed, _ := x509.ParseCertificate(der)
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return identity{tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: parsed}, pool}
}

var localhost = sync.OnceValue(func() identity { return newIdentity("edo") })

func serverConfig() *tls.Config {
	return &tls.Config{Certificates: []tls.Certificate{localhost().cert}}
}

func clientConfig() *tls.Config {
	return &tls.Config{RootCAs: localhost().pool, ServerName: "localhost"}
}

// pair makes a handshake between both ends of a connection in memory with so much room.
func pair(t testing.TB, task *edo.Task, room int, server, client *tls.Config) (a, b *tlsconn.Conn) {
	t.Helper()
	x, y := aio.Duplex(room)
	accepted := edo.Spawn(task, tlsconn.NewAcceptor(server).AcceptFuture(x))
	b, err := tlsconn.Connect(task, y, client)
	if err != nil {
		t.Fatal("Connect:", err)
	}
	a, err = accepted.Await(task)
	if err != nil {
		t.Fatal("Accept:", err)
	}
	return a, b
}

// run runs fn as a program.
func run(t testing.TB, fn func(task *edo.Task) error) {
	t.Helper()
	if err := edo.Run(fn); err != nil {
		t.Fatal(err)
	}
}
