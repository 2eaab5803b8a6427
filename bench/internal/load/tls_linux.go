package load

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
)

// trusting returns the configuration of a client that trusts the certificate of the server alone.
func trusting(certificate string) (*tls.Config, error) {
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM([]byte(certificate)) {
		return nil, errors.New("there is no certificate to trust")
	}
	return &tls.Config{RootCAs: pool, ServerName: ServerName}, nil
}

// dialTLS makes a connection with TLS, and makes one request on it. It can only be idle afterwards.
func (c *client) dialTLS(to *conn) error {
	tcp, err := net.Dial("tcp", c.Address)
	if err != nil {
		return err
	}
	if err := tcp.(*net.TCPConn).SetLinger(0); err != nil {
		return err
	}
	conn := tls.Client(tcp, c.trust)
	c.kept = append(c.kept, conn)
	if _, err := conn.Write(c.nextRequest(to)); err != nil {
		return err
	}
	answer := c.in[:len(c.wire.answers[0])]
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	return c.takeAnswer(to, answer)
}
