const rows = ['a', 'b', 'c', 'd'];

/** The shape of what comes, for lists that take their time. */
export function ListBones() {
  return (
    <div className="list-scroll" aria-hidden="true">
      <div className="bones">
        {rows.map((row) => (
          <div key={row}>
            <span className="bone round" />
            <span className="lines">
              <span className="bone" />
              <span className="bone long" />
            </span>
          </div>
        ))}
      </div>
    </div>
  );
}
