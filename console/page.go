package console

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"net/http"
	"strings"
)

// page is the whole page: one file, without a build step, and nothing is fetched from elsewhere. Its
// charts are SVG that it makes itself.
//
//go:embed page.html
var page string

// policy is what a browser may do in the page: run its own script, by its hash, and ask this server.
// A name with markup in it can do nothing, even if the page took it for markup.
var policy = "default-src 'none'; script-src " + hashOf("script") + "; style-src " + hashOf("style") +
	"; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'"

// hashOf returns the hash of the text of the page's only element of a kind, as a policy has it.
func hashOf(tag string) string {
	_, text, _ := strings.Cut(page, "<"+tag+">")
	text, _, _ = strings.Cut(text, "</"+tag+">")
	sum := sha256.Sum256([]byte(text))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// page answers with the page, which has no secrets.
func (h *handler) page(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", policy)
	w.Header().Set("Cross-Origin-Opener-Policy", "same-origin")
	w.Write([]byte(page))
}
