// Command gen prints the API's OpenAPI specification, from which the web app's
// types are made: go run ./tools/gen > web/openapi.json
package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/sigap-dev/sigap/internal/api"
)

func main() {
	// The version would change the file with every commit.
	server := api.New(api.Parts{Version: "0", Now: time.Now, Logger: slog.Default()})
	spec, err := server.OpenAPI()
	var out bytes.Buffer
	if err == nil {
		err = json.Indent(&out, spec, "", " ")
	}
	if err == nil {
		_, err = fmt.Println(out.String())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "gen: "+err.Error())
		os.Exit(1)
	}
}
