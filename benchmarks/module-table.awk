# SPDX-License-Identifier: Apache-2.0
# The lines of module-cost as a table, and as JSON into the file 'json'. Ratios are those of the medians.

$1 == "cost" {
  name = $7
  for (i = 8; i <= NF; i++) name = name " " $i
  remember($3, name)
  value[$3, name, ++count[$3, name]] = $4
  mean[$3, name] += $5
  if ($6 == "no") missing[$3, name]
  next
}

$1 == "memory" {
  bytes[$2, $3] = $4
  next
}

function remember(variant, name) {
  if (!(variant in known)) { known[variant]; variants[++columns] = variant }
  if (!(name in operation)) { operation[name]; operations[++rows] = name }
}

function median(variant, name,   n, i, j, swap, list) {
  n = count[variant, name]
  for (i = 1; i <= n; i++) list[i] = value[variant, name, i]
  for (i = 2; i <= n; i++)
    for (j = i; j > 1 && list[j - 1] > list[j]; j--) { swap = list[j]; list[j] = list[j - 1]; list[j - 1] = swap }
  return n % 2 ? list[(n + 1) / 2] : (list[n / 2] + list[n / 2 + 1]) / 2
}

# The spread of one operation over the rounds, as a part of its median.
function spread(variant, name,   i, least, most) {
  least = most = value[variant, name, 1]
  for (i = 2; i <= count[variant, name]; i++) {
    if (value[variant, name, i] < least) least = value[variant, name, i]
    if (value[variant, name, i] > most) most = value[variant, name, i]
  }
  return (most - least) / median(variant, name)
}

function heading(title,   c) {
  printf "%-28s", title
  for (c = 1; c <= columns; c++) printf " %" width[c] "s", variants[c]
  printf "\n"
}

END {
  for (c = 1; c <= columns; c++) width[c] = length(variants[c]) < 17 ? 17 : length(variants[c])
  width[1] = 8
  mark[1] = "! "
  heading("")
  for (r = 1; r <= rows; r++) {
    name = operations[r]
    base = median("none", name)
    printf "%-28s %8.0f", name, base
    for (c = 2; c <= columns; c++) {
      cost = median(variants[c], name)
      cell = sprintf("%s%+.0f (%.3f)", mark[((variants[c], name) in missing)], cost - base, cost / base)
      printf " %" width[c] "s", cell
    }
    printf "\n"
    for (c = 1; c <= columns; c++)
      if ((part = spread(variants[c], name)) > worst) { worst = part; where = variants[c] ", " name }
  }
  printf "Largest spread of one median over the rounds: %.2f %% (%s)\n\n", worst * 100, where

  heading("bytes")
  split("connection connection-with-option module tables", what)
  for (r = 1; r in what; r++) {
    printf "%-28s", what[r]
    for (c = 1; c <= columns; c++)
      printf " %" width[c] "s", ((variants[c], what[r]) in bytes) ? bytes[variants[c], what[r]] : "-"
    printf "\n"
  }

  if (!json) exit
  printf("{\"kernel\": \"%s\", \"rounds\": %d, \"variants\": [", kernel, rounds) >json
  for (c = 1; c <= columns; c++) {
    variant = variants[c]
    printf("%s\n  {\"name\": \"%s\", \"instructions\": {", c > 1 ? "," : "", variant) >json
    for (r = 1; r <= rows; r++) {
      client = ((variant, operations[r]) in missing) ? "false" : "true"
      printf("%s\n    \"%s\": {\"median\": %.1f, \"spread\": %.5f, \"mean\": %.1f, \"client\": %s}", r > 1 ? "," : "",
        operations[r], median(variant, operations[r]), spread(variant, operations[r]),
        mean[variant, operations[r]] / count[variant, operations[r]], client) >json
    }
    printf("},\n   \"bytes\": {") >json
    separator = ""
    for (r = 1; r in what; r++)
      if ((variant, what[r]) in bytes) {
        printf("%s\"%s\": %d", separator, what[r], bytes[variant, what[r]]) >json
        separator = ", "
      }
    printf("}}") >json
  }
  printf("\n]}\n") >json
}
