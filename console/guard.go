package console

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
)

// An Option changes how a [Handler] or a server admits requests. The zero value changes nothing.
type Option struct{ apply func(*guard) }

// WithToken makes every request need the token: as "Authorization: Bearer TOKEN", which the page
// takes from the fragment of its address, #token=TOKEN; a browser sends a fragment nowhere. Tokens
// are compared in constant time. A token has 16 bytes at the least; crypto/rand.Text makes one.
func WithToken(token string) Option {
	return Option{func(g *guard) {
		g.hasToken, g.isShort = true, len(token) < minToken
		g.token = sha256.Sum256([]byte(token))
	}}
}

// WithHosts makes requests for these host names be answered too, without a port: the names of a
// server behind which a Handler is mounted. The names localhost and those that are IP addresses
// always are.
func WithHosts(names ...string) Option {
	return Option{func(g *guard) {
		for _, name := range names {
			g.hosts = append(g.hosts, strings.ToLower(name))
		}
	}}
}

const minToken = 16

var errShortToken = errors.New("console: a token needs 16 bytes at the least")

// guard decides which requests are answered.
//
// A page of another site can make a browser send requests to this machine, and by DNS rebinding it
// can even read the answers: its own name then leads here. The name is in the Host header, so only
// names that no other site can have are admitted. Without rebinding, Origin and Sec-Fetch-Site name
// the site.
type guard struct {
	hasToken bool
	isShort  bool
	token    [sha256.Size]byte
	hosts    []string
}

func newGuard(opts []Option) *guard {
	g := &guard{}
	for _, o := range opts {
		if o.apply != nil {
			o.apply(g)
		}
	}
	return g
}

// refusal is why a request is not answered.
type refusal struct {
	status int
	text   string
}

// check returns why r is not answered, or nil. needsToken is false for what has no secrets: the
// page itself.
func (g *guard) check(r *http.Request, needsToken bool) *refusal {
	if !g.hasToken && !isLocal(r.RemoteAddr) {
		return &refusal{http.StatusForbidden, "console: without a token only this machine is answered: use console.WithToken"}
	}
	if !g.admitsHost(r.Host) {
		return &refusal{http.StatusForbidden, "console: this Host is not admitted: use localhost or an IP address, or console.WithHosts"}
	}
	if origin := r.Header.Get("Origin"); origin != "" {
		u, err := url.Parse(origin)
		if err != nil || u.Host == "" || !strings.EqualFold(u.Host, r.Host) {
			return &refusal{http.StatusForbidden, "console: a page of another site has asked"}
		}
	}
	switch r.Header.Get("Sec-Fetch-Site") {
	case "", "same-origin", "none":
	default:
		if needsToken || r.Header.Get("Sec-Fetch-Mode") != "navigate" || r.Header.Get("Sec-Fetch-Dest") != "document" {
			return &refusal{http.StatusForbidden, "console: a page of another site has asked"}
		}
	}
	if r.Method == http.MethodPost && r.Header.Get(ownHeader) == "" {
		return &refusal{http.StatusForbidden, "console: a change needs the header " + ownHeader}
	}
	if needsToken && g.hasToken && !g.bearsToken(r) {
		return &refusal{http.StatusUnauthorized, "console: this needs the token, as Authorization: Bearer"}
	}
	return nil
}

// ownHeader is a header that a page of another site cannot send without being asked about.
const ownHeader = "X-Edo-Console"

// bearsToken reports whether r has the token. The time it takes does not depend on the token.
func (g *guard) bearsToken(r *http.Request) bool {
	token, _ := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	given := sha256.Sum256([]byte(token))
	return subtle.ConstantTimeCompare(given[:], g.token[:]) == 1
}

// admitsHost reports whether no other site can have the name that a request is for.
func (g *guard) admitsHost(host string) bool {
	name := host
	if h, _, err := net.SplitHostPort(host); err == nil {
		name = h
	}
	name = strings.ToLower(strings.TrimSuffix(strings.TrimPrefix(name, "["), "]"))
	if name == "localhost" {
		return true
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return true
	}
	return slices.Contains(g.hosts, name)
}

// isLocal reports whether a peer is on this machine: its address is loopback, or it has none, as on
// a Unix socket.
func isLocal(remote string) bool {
	if remote == "" || remote == "@" {
		return true
	}
	at, err := netip.ParseAddrPort(remote)
	return err == nil && at.Addr().Unmap().IsLoopback()
}
