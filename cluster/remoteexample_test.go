package cluster_test

import (
	"fmt"
	"os"
	"strings"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/cluster"
)

// shout is a function that callers and members know.
var shout = cluster.NewFunc[string, string]("shout", cluster.FuncConfig{})

// example runs fn with a broker in the process.
func example(fn func(task *edo.Task, conn *cluster.Conn) error) {
	folder, err := os.MkdirTemp("", "example")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(folder)
	err = edo.Run(func(task *edo.Task) error {
		conn, err := cluster.Open(task, folder)
		if err != nil {
			return err
		}
		defer conn.Drop()
		if err := fn(task, conn); err != nil {
			return err
		}
		return conn.Close(task)
	})
	if err != nil {
		fmt.Println(err)
	}
}

func ExampleSpawn() {
	example(func(task *edo.Task, conn *cluster.Conn) error {
		member, err := cluster.Serve(task, conn, 8, cluster.Offer(shout, func(task *edo.Task, text string) (string, error) {
			if text == "" {
				return "", fmt.Errorf("there is no text")
			}
			return strings.ToUpper(text), nil
		}))
		if err != nil {
			return err
		}
		edo.Spawn(task, edo.Future[edo.Unit](member)) // it may be in another process
		h := cluster.Spawn(task, conn, shout, "hello")
		text, err := h.Await(task)
		fmt.Println(text, err)
		all, err := cluster.Map(task, conn, shout, []string{"one", "two"}, 10)
		fmt.Println(all, err)
		_, err = cluster.Call(task, conn, shout, "")
		fmt.Println(err.(*cluster.RemoteError).Text)
		return nil
	})
	// Output:
	// HELLO <nil>
	// [ONE TWO] <nil>
	// there is no text
}

func ExampleTopic() {
	example(func(task *edo.Task, conn *cluster.Conn) error {
		news, err := cluster.NewTopic[string](conn, "news", nil)
		if err != nil {
			return err
		}
		sub, err := news.Subscribe(task, 16)
		if err != nil {
			return err
		}
		defer sub.Drop()
		if err := news.Publish("it rains"); err != nil {
			return err
		}
		text, err := sub.Recv(task)
		fmt.Println(text, err)
		return nil
	})
	// Output: it rains <nil>
}

func ExampleValue() {
	example(func(task *edo.Task, conn *cluster.Conn) error {
		limit, err := cluster.NewValue[int](task, conn, "limit", cluster.ValueConfig{})
		if err != nil {
			return err
		}
		if _, err := limit.Set(task, 10); err != nil {
			return err
		}
		watch, err := limit.Watch(task)
		if err != nil {
			return err
		}
		defer watch.Drop()
		now, err := watch.Recv(task)
		fmt.Println(now, err)
		return nil
	})
	// Output: 10 <nil>
}
