package tlsconn_test

import (
	"bufio"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/aio"
	"github.com/edo-go/edo/socket"
	"github.com/edo-go/edo/tlsconn"
)

// openssl returns the command, or skips the test.
func openssl(t *testing.T) string {
	path, err := exec.LookPath("openssl")
	if err != nil {
		t.Skip("needs the command openssl: apt-get install openssl")
	}
	return path
}

// keyFiles writes the certificate of localhost and its key.
func keyFiles(t *testing.T) (cert, key string) {
	dir := t.TempDir()
	cert, key = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	der, err := x509.MarshalPKCS8PrivateKey(localhost().cert.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	for path, b := range map[string]*pem.Block{
		cert: {Type: "CERTIFICATE", Bytes: localhost().cert.Certificate[0]},
		key:  {Type: "PRIVATE KEY", Bytes: der},
	} {
		if err := os.WriteFile(path, pem.EncodeToMemory(b), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return cert, key
}

// A client of OpenSSL asks for new keys in the middle: the answer is a record that a read causes, and
// that must go out before what is written next.
func TestNewKeysThatOpenSSLAsksForAreAnswered(t *testing.T) {
	path := openssl(t)
	cert, _ := keyFiles(t)
	run(t, func(task *edo.Task) error {
		l, err := socket.Listen(task, "tcp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		defer l.Close()
		client := edo.Blocking(task, func(*edo.Task) (string, error) {
			cmd := exec.Command(path, "s_client", "-connect", l.Addr().String(), "-CAfile", cert, "-verify_return_error",
				"-servername", "localhost", "-brief", "-tls1_3")
			in, err := cmd.StdinPipe()
			if err != nil {
				return "", err
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				return "", err
			}
			says, err := cmd.StderrPipe()
			if err != nil {
				return "", err
			}
			if err := cmd.Start(); err != nil {
				return "", err
			}
			defer cmd.Wait()
			defer cmd.Process.Kill()
			lines, news, seen := bufio.NewScanner(out), bufio.NewScanner(says), ""
			for _, say := range []string{"one\n", "K\n", "two\n", "K\n", "three\n"} {
				io.WriteString(in, say)
				if say == "K\n" { // a command, with a read of its own: the rest of that is lost
					for news.Scan() && news.Text() != "KEYUPDATE" {
					}
					continue
				}
				if !lines.Scan() {
					return seen, errors.New("no more lines")
				}
				seen += lines.Text() + " "
			}
			return seen, nil
		})
		conn, err := l.Accept(task)
		if err != nil {
			return err
		}
		c, err := tlsconn.NewAcceptor(serverConfig()).Accept(task, conn)
		if err != nil {
			return err
		}
		defer c.Close()
		echo := edo.Go(task, func(task *edo.Task) error {
			_, err := aio.Copy(task, c, c)
			return err
		})
		seen, err := client.Await(task)
		if seen != "one two three " || err != nil {
			t.Errorf("openssl has seen %q, %v", seen, err)
		}
		c.Close()
		echo.Await(task)
		return nil
	})
}

func TestAServerOfOpenSSLIsUnderstood(t *testing.T) {
	path := openssl(t)
	cert, key := keyFiles(t)
	run(t, func(task *edo.Task) error {
		cmd := exec.Command(path, "s_server", "-accept", "127.0.0.1:0", "-cert", cert, "-key", key, "-rev")
		out, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := cmd.Start(); err != nil {
			return err
		}
		defer cmd.Wait()
		defer cmd.Process.Kill()
		address, err := edo.Blocking(task, func(*edo.Task) (string, error) { // until it says where it accepts
			lines := bufio.NewScanner(out)
			for lines.Scan() {
				if address, ok := strings.CutPrefix(lines.Text(), "ACCEPT "); ok {
					return address, nil
				}
			}
			return "", errors.New("openssl s_server has ended")
		}).Await(task)
		if err != nil {
			return err
		}
		c, err := tlsconn.Dial(task, "tcp", address, clientConfig())
		if err != nil {
			return err
		}
		defer c.Close()
		if _, err := c.Write(task, []byte("hello\n")); err != nil {
			return err
		}
		p := make([]byte, 6)
		if _, err := aio.ReadFull(task, c, p); string(p) != "olleh\n" || err != nil {
			t.Errorf("it answers %q, %v", p, err)
		}
		return nil
	})
}
