package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sigap-dev/sigap/internal/client"
)

// serverFlag adds the flag that says which server a command speaks to.
func serverFlag(f *pflag.FlagSet) {
	server := os.Getenv("SIGAP_SERVER")
	if server == "" {
		server = "http://127.0.0.1:8080"
	}
	f.String("server", server, "address of the server (SIGAP_SERVER)")
}

// tokenClient is a client with the token from SIGAP_TOKEN: on the command line
// others could see it.
func tokenClient(cmd *cobra.Command) (*client.Client, error) {
	token := os.Getenv("SIGAP_TOKEN")
	if token == "" {
		return nil, errors.New("set SIGAP_TOKEN to an API token; make one with: sigap token create --scope responder NAME")
	}
	return client.New(cmd.Flag("server").Value.String(), token), nil
}

// senderClient is a client with the sender's path of the key in SIGAP_KEY.
func senderClient(cmd *cobra.Command, source string) (*client.Client, string, error) {
	key := os.Getenv("SIGAP_KEY")
	if key == "" {
		return nil, "", fmt.Errorf("set SIGAP_KEY to an integration key; make one with: sigap key create --source %s NAME", source)
	}
	return client.New(cmd.Flag("server").Value.String(), ""), "/in/" + key, nil
}

// given are the flags that somebody gave, by name.
func given(cmd *cobra.Command, names ...string) map[string]any {
	out := map[string]any{}
	for _, n := range names {
		if v := cmd.Flag(n).Value.String(); v != "" {
			out[n] = v
		}
	}
	return out
}
