package console_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/edo-go/edo/console"
)

// A program without an HTTP server listens for its readers.
func ExampleListen() {
	c, err := console.Listen("127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer c.Close()
	fmt.Println(c.Addr().Network(), strings.HasPrefix(c.URL(), "http://127.0.0.1:"))

	_, err = console.Listen("0.0.0.0:0")
	fmt.Println(errors.Is(err, console.ErrToken))
	// Output:
	// tcp true
	// true
}

// The console of a program is mounted beside its other debugging pages.
func ExampleHandler() {
	mux := http.NewServeMux()
	mux.Handle("/debug/edo/", console.Handler())
	server := httptest.NewServer(mux)
	defer server.Close()

	answer, err := http.Get(server.URL + "/debug/edo/snapshot")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer answer.Body.Close()
	var f console.Frame
	fmt.Println(answer.Status, json.NewDecoder(answer.Body).Decode(&f), f.Readers)
	// Output: 200 OK <nil> 1
}
