// A table whose rows are bars: a chart that is also readable without seeing it.

/**
 * @param table the table to fill
 * @param rows `{label, value, text}`, with values from 0 on
 * @param most value of a bar of full length
 */
export function bars(table, rows, most = Math.max(...rows.map((row) => row.value), Number.MIN_VALUE)) {
  table.replaceChildren(
    ...rows.map((row) => {
      const line = document.createElement("tr");
      const label = document.createElement("th");
      label.scope = "row";
      label.textContent = row.label;
      const bar = document.createElement("span");
      bar.className = "bar";
      bar.style.width = `${(100 * row.value) / most}%`;
      bar.ariaHidden = "true";
      const cell = document.createElement("td");
      cell.append(bar);
      const value = document.createElement("td");
      value.className = "value";
      value.textContent = row.text;
      line.append(label, cell, value);
      return line;
    }),
  );
}
