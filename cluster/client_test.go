package cluster_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
	"github.com/nats-io/nats-server/v2/server"
)

// serve starts a server of NATS on loopback, and returns its URL.
func serve(t *testing.T, o *server.Options) string {
	t.Helper()
	o.Host, o.Port, o.NoSigs, o.NoLog, o.StoreDir = "127.0.0.1", server.RANDOM_PORT, true, true, t.TempDir()
	s, err := server.NewServer(o)
	if err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	if !s.ReadyForConnections(20 * time.Second) {
		t.Fatal("the server has not started")
	}
	return "nats://" + s.Addr().String()
}

// certificate returns the configs of a server at 127.0.0.1, and of a client that trusts it.
func certificate(t *testing.T) (forServer, forClient *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "edo"}, NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(cert)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}, &tls.Config{RootCAs: pool}
}

func TestAClientGivesWhatTheServerAsksFor(t *testing.T) {
	forServer, forClient := certificate(t)
	byPassword := serve(t, &server.Options{JetStream: true, Username: "anna", Password: "secret"})
	byToken := serve(t, &server.Options{JetStream: true, Authorization: "token"})
	byTLS := serve(t, &server.Options{JetStream: true, TLS: true, TLSConfig: forServer, TLSTimeout: 10})
	bare := serve(t, &server.Options{})
	for _, c := range []struct {
		name, url string
		client    cluster.Client
		want      string // in the error; "": none
	}{
		{"password", byPassword, cluster.Client{User: "anna", Password: "secret"}, ""},
		{"wrong password", byPassword, cluster.Client{User: "anna", Password: "wrong"}, "Authorization Violation"},
		{"no password", byPassword, cluster.Client{}, "Authorization Violation"},
		{"token", byToken, cluster.Client{Token: "token"}, ""},
		{"wrong token", byToken, cluster.Client{Token: "other"}, "Authorization Violation"},
		{"TLS", byTLS, cluster.Client{TLS: forClient}, ""},
		{"TLS of an unknown authority", byTLS, cluster.Client{}, "certificate"},
		{"TLS to a server without", byToken, cluster.Client{TLS: forClient, Token: "token"}, "secure connection not available"},
		{"no JetStream", bare, cluster.Client{}, "has no JetStream"},
		{"no file of credentials", bare, cluster.Client{CredentialsFile: "/nowhere"}, "nowhere"},
		{"no server", "nats://127.0.0.1:1", cluster.Client{}, "no servers available"},
		{"no URL", "", cluster.Client{}, "the URL is empty"},
		{"an URL that is none", "nats://%", cluster.Client{}, "invalid URL"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run(t, func(task *edo.Task) error {
				conn, err := c.client.Connect(task, c.url)
				if c.want == "" {
					if err != nil {
						return err
					}
					if conn.IsBroker() || "nats://"+conn.Address() != c.url {
						t.Errorf("IsBroker = %v, Address = %s", conn.IsBroker(), conn.Address())
					}
					return conn.Close(task)
				}
				if err == nil {
					conn.Drop()
				}
				if err == nil || !strings.HasPrefix(err.Error(), "cluster: ") || !strings.Contains(err.Error(), c.want) {
					t.Errorf("%v, want %q", err, c.want)
				}
				return nil
			})
		})
	}
}
