package console_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"

	"github.com/edo-go/edo/console"
)

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
