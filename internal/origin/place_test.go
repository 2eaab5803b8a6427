package origin

import (
	"regexp"
	"runtime"
	"testing"
)

func TestAFileIsNamedAsTheGoCommandNamesIt(t *testing.T) {
	app := module{path: "example.com/app", main: "example.com/app/cmd/serve", wd: "/home/me/app"}
	at := func(wd string) module { return module{app.path, app.main, wd} }
	for _, c := range []struct {
		m                    module
		function, file, want string
	}{
		{app, "main.main.func1", "/home/me/app/cmd/serve/main.go", "cmd/serve/main.go"},
		{app, "example.com/app/server.(*Server).Serve", "/home/me/app/server/server.go", "server/server.go"},
		{app, "example.com/app.Run", "/home/me/app/app.go", "app.go"},
		{at("/home/me/app/server"), "example.com/app/server.F", "/home/me/app/server/server.go", "server.go"},
		{at("/home/me/app/server"), "example.com/app/server/inner.F", "/home/me/app/server/inner/x.go", "inner/x.go"},
		{at("/home/me/app/server"), "example.com/app.Run", "/home/me/app/app.go", "app.go"},
		{at("/home/me/app/server"), "example.com/app/server_test.TestF", "/home/me/app/server/server_test.go", "server_test.go"},
		{at("/"), "example.com/app/server.F", "/home/me/app/server/server.go", "server/server.go"},
		{at("/home/me"), "example.com/app/server.F", "/home/me/app/server/server.go", "server/server.go"},
		{at("/home/me/apple"), "example.com/app/server.F", "/home/me/app/server/server.go", "server/server.go"},
		{at(""), "example.com/app/server.F", "/home/me/app/server/server.go", "server/server.go"},
		{app, "example.com/app/server.F", "example.com/app/server/server.go", "server/server.go"}, // -trimpath
		{app, "main.main", "example.com/app/cmd/serve/main.go", "cmd/serve/main.go"},
		{app, "example.com/apple/x.F", "/go/pkg/mod/example.com/apple@v1.2.3/x/x.go", "example.com/apple/x/x.go"},
		{app, "example.com/dep.F[example.com/app/x.T]", "/go/pkg/mod/example.com/dep@v1.2.3/f.go", "example.com/dep/f.go"},
		{app, "gopkg.in/yaml%2ev3.Unmarshal", "/go/pkg/mod/gopkg.in/yaml.v3@v3.0.1/yaml.go", "gopkg.in/yaml.v3/yaml.go"},
		{app, "net/http.(*conn).serve", "/usr/lib/go/src/net/http/server.go", "net/http/server.go"},
		{module{main: "command-line-arguments", wd: "/tmp/x"}, "main.main", "/tmp/x/main.go", "main.go"},
		{module{}, "example.com/app/server.F", "/home/me/app/server/server.go", "example.com/app/server/server.go"},
	} {
		if got := c.m.file(runtime.Frame{Function: c.function, File: c.file}); got != c.want {
			t.Errorf("%s in %s, from %s: got %s, want %s", c.function, c.file, c.m.wd, got, c.want)
		}
	}
}

func TestAPlaceInThisTestIsNamedByItsFileAlone(t *testing.T) {
	if got := Place(Frame(Here(0))); !regexp.MustCompile(`^place_test\.go:\d+$`).MatchString(got) {
		t.Errorf("got %s", got)
	}
}
