import './style/tokens.css';
