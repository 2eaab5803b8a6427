package logs_test

import (
	"log/slog"
	"os"

	"github.com/edo-go/edo"
	"github.com/edo-go/edo/telemetry/logs"
	"github.com/edo-go/edo/telemetry/metrics"
)

func Example() {
	text := slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: withoutTime})
	log := slog.New(logs.NewHandler(text, nil))

	edo.Run(func(task *edo.Task) error {
		metrics.NameRuntime(task.Runtime(), "shop")
		_, err := edo.Go(task, func(task *edo.Task) error {
			log.Info("paid", "order", 4711)
			return nil
		}, edo.Name("checkout")).Await(task)
		return err
	})
	log.Info("over")
	// Output:
	// msg=paid order=4711 task.name=checkout task.runtime=shop
	// msg=over
}
