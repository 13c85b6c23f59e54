defmodule A.MixProject do
  use Mix.Project
  defp deps, do: [{:plug, "~> 1.0"}]
end
