"""Key ceremonies (密钥仪式): what two people together may do with the authorities' keys."""
