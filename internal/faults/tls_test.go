package faults_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"sync"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/tlsconn"
)

// identity is a certificate for localhost. Its times hold on the simulator's clock too.
var identity = sync.OnceValue(func() tls.Certificate {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "edo"},
		DNSNames:     []string{"localhost"},
		NotBefore:    time.Unix(0, 0),
		NotAfter:     time.Now().Add(time.Hour),
		KeyUsage:     x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		IsCA:         true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		panic(err)
	}
	leaf, _ := x509.ParseCertificate(der)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key, Leaf: leaf}
})

func serverConfig() *tls.Config { return &tls.Config{Certificates: []tls.Certificate{identity()}} }

func clientConfig() *tls.Config {
	pool := x509.NewCertPool()
	pool.AddCert(identity().Leaf)
	return &tls.Config{RootCAs: pool, ServerName: "localhost"}
}

// secure makes a handshake between both ends of a connection. a is the server.
func secure(task *edo.Task, a, b aio.ReadWriter) (x, y *tlsconn.Conn, err error) {
	accepted := edo.Spawn(task, tlsconn.NewAcceptor(serverConfig()).AcceptFuture(a))
	y, err = tlsconn.Connect(task, b, clientConfig())
	if err != nil {
		accepted.Abort()
		return nil, nil, err
	}
	x, err = accepted.Await(task)
	return x, y, err
}
